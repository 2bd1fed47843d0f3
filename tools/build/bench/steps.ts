import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import type { BuildSummary } from "#tools/build/bench/read-summary";

/** Something that builds tenants: a Bazel, or a peer of it. */
export interface TenantBuilder {
  readonly name: string;
  /** Folder that the platform's sources lie in, as in the repository. */
  readonly sources: string;
  readonly addTenant: (id: string) => void;
  /** @throws Error when the build fails */
  readonly build: () => Omit<BuildSummary, "seconds">;
  readonly remove: () => void;
}

/** How often a build without a change is repeated; the median counts. */
const REPEATED = 5;

/** Ever more tenants: what each step costs with so many. The builders take turns, so that each meets the same load. */
export function measureSteps(builders: readonly TenantBuilder[], counts: readonly number[]): void {
  const each = (what: string, change: (builder: TenantBuilder) => void, times = 1): void => {
    for (const builder of builders) {
      change(builder);
      const runs = Array.from({ length: times }, () => timed(builder));
      tell(`${what.padEnd(44)} ${builder.name}`, medianOf(runs));
    }
  };
  const edit = (change: (clock: string) => void) => (builder: TenantBuilder) => {
    change(path.join(builder.sources, "platform/base/clock.ts"));
  };
  let made = 0;
  for (const count of counts) {
    const news = Array.from({ length: count - made }, (_, index) => `t${made + index}`);
    const wanted = made === 0 ? "from nothing" : "those that are new";
    made = count;
    each(`${count} tenants: ${wanted}`, ({ addTenant }) => {
      news.forEach(addTenant);
    });
    each(`${count} tenants: nothing changed`, () => undefined, REPEATED);
    const comment = edit((clock) => {
      appendFileSync(clock, `\n// ${count}\n`);
    });
    const line = edit((clock) => {
      writeFileSync(clock, readFileSync(clock, "utf8").replace("Date.now()", "Date.now() + 0"));
    });
    const added = edit((clock) => {
      appendFileSync(clock, `\nexport const changed${count} = ${count};\n`);
    });
    each(`${count} tenants: a comment in a core library`, comment);
    each(`${count} tenants: a line within a function of it`, line);
    each(`${count} tenants: a new export of it`, added);
    each(`${count} tenants: one more`, ({ addTenant }) => {
      addTenant(`one-more-${count}`);
    });
  }
}

/** One line of the report. */
export function tell(what: string, { seconds, ran, hits }: BuildSummary): void {
  const [load = 0] = os.loadavg();
  console.log(
    `${what.padEnd(62)} ${seconds.toFixed(2).padStart(7)} s ${String(ran).padStart(6)} actions ${String(hits).padStart(6)} cache hits   load ${load.toFixed(0)}`,
  );
}

/** By the clock of who waits. */
function timed(builder: TenantBuilder): BuildSummary {
  const startedMs = performance.now();
  const summary = builder.build();
  return { ...summary, seconds: (performance.now() - startedMs) / 1_000 };
}

function medianOf(runs: readonly BuildSummary[]): BuildSummary {
  const median = runs.toSorted((one, other) => one.seconds - other.seconds)[Math.floor(runs.length / 2)];
  if (median === undefined) throw new Error("nothing was measured");
  return median;
}
