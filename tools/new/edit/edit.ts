import { addItem } from "./array-items.js";
import { addCall, editList, removeCall, setText } from "./build-file.js";
import { edited, type EditResult } from "./edit-result.js";
import { setJson, type JsonPath } from "./json-text.js";
import { setLine } from "./named-lines.js";
import { addLine, removeLine } from "./sorted-lines.js";
import { setStatement } from "./starlark-statements.js";
import { setBlock } from "./yaml-blocks.js";

/** One change of a text, as data. Made twice, it changes nothing the second time. */
export type Edit =
  /** Sets a value in JSON with comments; without a value it is taken away. */
  | { readonly kind: "json"; readonly at: JsonPath; readonly value?: unknown }
  /** A text of a list of a rule in a BUILD file: `target` is the rule's name. */
  | {
      readonly kind: "build-list";
      readonly target: string;
      readonly attribute: string;
      readonly act: "add" | "remove";
      readonly text: string;
    }
  /** A text attribute of a rule in a BUILD file, which has no other one yet. */
  | { readonly kind: "build-text"; readonly target: string; readonly attribute: string; readonly text: string }
  /** A rule of a BUILD file, called by its name: its text, or none to take it away. */
  | { readonly kind: "build-rule"; readonly target: string; readonly text?: string }
  /** A statement in Starlark, a line of settings or a key of YAML, by its name: made, or put in the place of the one there is. */
  | { readonly kind: "statement" | "setting" | "block"; readonly name: string; readonly text: string }
  /** The whole text. */
  | { readonly kind: "text"; readonly text: string }
  /** A name in a list of TypeScript, behind a text. */
  | { readonly kind: "item"; readonly after: string; readonly item: string }
  /** A line among those that look alike (`like`, a regular expression), below the first line with `after` in it. */
  | {
      readonly kind: "line";
      readonly act: "add" | "remove";
      readonly after?: string;
      readonly like: string;
      readonly line: string;
    };

/** Makes edits one after the other, all or none. Pure. */
export function applyEdits(text: string, edits: readonly Edit[]): EditResult {
  return edits.reduce<EditResult>((result, edit) => (result.ok ? applyEdit(result.text, edit) : result), edited(text));
}

function applyEdit(text: string, edit: Edit): EditResult {
  switch (edit.kind) {
    case "json":
      return setJson(text, edit.at, edit.value);
    case "build-list":
      return editList(text, edit);
    case "build-text":
      return setText(text, edit);
    case "build-rule":
      return edit.text === undefined ? removeCall(text, edit.target) : addCall(text, edit.target, edit.text);
    case "statement":
      return setStatement(text, edit.name, edit.text);
    case "setting":
      return setLine(text, edit.name, edit.text);
    case "block":
      return setBlock(text, edit.name, edit.text);
    case "text":
      return edited(edit.text);
    case "item":
      return addItem(text, edit);
    case "line":
      return edit.act === "add" ? addLine(text, edit) : removeLine(text, edit);
  }
}
