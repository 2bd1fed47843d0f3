// Made by //tools:new of the configs of all tenants. Do not edit.

/** Bindings that some tenants have besides those of the platform. */
export type TenantBindings = object;
