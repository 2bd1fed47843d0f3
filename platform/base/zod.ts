/**
 * zod, in its functional dialect (zod/mini: a fourth of the size in a bundle), with messages in English.
 *
 * Every schema of this repository is written with `import * as z from "#base/zod"`: one dialect, and one place that
 * says in which words a broken rule is told.
 */
import { config } from "zod/mini";
import english from "zod/v4/locales/en.js";

config(english());

export * from "zod/mini";
