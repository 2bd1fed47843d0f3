/**
 * Permission groups of API tokens, as the dashboard names them without "Read" and "Write"
 * (developers.cloudflare.com/fundamentals/api/reference/permissions).
 */
export const PERMISSION_GROUPS = [
  "Account Analytics",
  "Account Settings",
  "AI Gateway",
  "D1",
  "Queues",
  "Vectorize",
  "Workers KV Storage",
  "Workers R2 Storage",
  "Workers Routes",
  "Workers Scripts",
  "Workers Tail",
] as const;

export type PermissionGroup = (typeof PERMISSION_GROUPS)[number];

/** `Workers Scripts Write`. Write includes read. */
export type Permission = `${PermissionGroup} ${"Read" | "Write"}`;

/** Whether a token with `granted` may do what needs `wanted`. */
export function isPermitted(granted: readonly Permission[] | "all", wanted: Permission): boolean {
  if (granted === "all" || granted.includes(wanted)) return true;
  return wanted.endsWith(" Read") && granted.includes(wanted.replace(/ Read$/, " Write") as Permission);
}
