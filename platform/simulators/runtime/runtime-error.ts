/** Why a runtime did not start. The message says what, which, and what to do about it. */
export type RuntimeErrorCode =
  | "port_in_use"
  | "data_folder_not_writable"
  | "data_folder_in_use"
  | "module_missing"
  | "simulator_missing"
  | "bad_options"
  | "start_failed";

/** The one error that {@link startRuntime} throws. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";

  constructor(
    readonly code: RuntimeErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
