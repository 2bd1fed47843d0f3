import { processUsage } from "#tests/load/measure/process-usage";
import type { Scenario } from "#tests/load/scenario";
import { completionSubjects, withClients } from "#tests/load/scenarios/completion-subjects";

const STREAMS = 200;
const KB = 1_000;
/** Until memory that an ended stream held can be told from memory that is in use. */
const SETTLE_MS = 500;

/** What a process holds for streams whose model is silent. */
export const openStreams: Scenario = {
  name: "open-streams",
  about: `memory of the serving process with ${STREAMS} open streams`,
  async run({ servers, progress }) {
    const subjects = (await completionSubjects(servers)).filter(({ name }) => name !== "direct");
    return withClients(subjects, STREAMS, async (clients) => {
      const rows = [];
      for (const { name, pid } of subjects) {
        progress(`open-streams: ${name}`);
        const client = clients.get(name);
        if (client === undefined) continue;
        // Once before it counts: what the first time needs is no stream's own.
        for (let round = 0; round < 2; round++) {
          const before = processUsage(pid).residentBytes;
          const streams = await Promise.all(Array.from({ length: STREAMS }, () => client.open()));
          await sleep(SETTLE_MS);
          const open = processUsage(pid).residentBytes;
          for (const stream of streams) stream.close();
          await sleep(SETTLE_MS);
          if (round > 0)
            rows.push({ subject: name, cells: [before, open, (open - before) / STREAMS].map((bytes) => bytes / KB) });
        }
      }
      const each = rows.find(({ subject }) => subject === "ours")?.cells[2] ?? Number.NaN;
      return {
        columns: ["before kB", "open kB", "kB per stream"],
        rows,
        targets: [{ what: "memory of an open stream", value: each, unit: "kB", atMost: 500 }],
      };
    });
  },
};

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
