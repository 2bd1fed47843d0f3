/** What a tool may be called. */
export const TOOL_NAME_PATTERN = /^[a-z][a-z0-9_]{0,63}$/;
