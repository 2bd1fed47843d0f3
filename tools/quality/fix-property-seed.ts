/**
 * Loaded before tests that import fast-check: all properties start from one seed, so that a result is that of the code, and
 * a change is never refused for values that an older one was not tried with.
 *
 *     tools/bazel test //platform/rag:test --test_env=PROPERTY_SEED=random    # other values at each run
 *     tools/bazel test //platform/rag:test --test_env=PROPERTY_SEED=-1234     # those of a report
 */
import fc from "fast-check";

const DEFAULT_SEED = 20_261_121;

const wanted = process.env["PROPERTY_SEED"] ?? String(DEFAULT_SEED);
if (wanted !== "random") {
  const seed = Number(wanted);
  if (!Number.isInteger(seed)) throw new Error(`PROPERTY_SEED=${wanted} is neither an integer nor "random".`);
  fc.configureGlobal({ seed });
}
