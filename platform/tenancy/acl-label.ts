import * as z from "#base/zod";

/**
 * A label that says who may read a document, such as `team:legal`. A document without labels is everyone's of the
 * tenant; one with labels is read by principals that carry at least one of them.
 */
export const aclLabelSchema = z.string().check(
  z.regex(/^[A-Za-z0-9._:@/-]{1,100}$/, {
    error: "must be 1 to 100 characters of A-Z a-z 0-9 . _ : @ / -",
  }),
);

/** Labels on one document, one key or one token. */
export const MAX_ACL_LABELS = 50;
