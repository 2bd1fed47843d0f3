import type { Paint } from "#tools/command/paint";
import type { Finding, Repair } from "../state/compare-states.js";
import type { DriftReport } from "./find-drift.js";

const REPAIRS: Readonly<Record<Repair, string>> = {
  redeploy: "--repair puts the release back",
  triggers: "--repair sets it",
  settings: "--repair sets it",
  provision: "--repair makes it",
  migrate: "--repair applies it",
  traffic: "--repair gives all traffic to the other version; or end it with :deploy -- --promote",
  manual: "a person has to do it",
};

/** A report for a person: each finding with what, expected, found, and how to repair it. Pure. */
export function formatDrift({ worker, findings, live }: DriftReport, paint: Paint): string {
  const release = live?.release ?? live?.versionId ?? "nothing";
  if (findings.length === 0) return `${paint("green", "no drift")}: ${worker} is at ${release}\n`;
  const lines = findings.map((finding) => formatFinding(finding, paint)).join("");
  const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  return `${paint("red", count)}: ${worker}, where ${release} is live\n${lines}`;
}

function formatFinding({ kind, name, expected, found, repair, advice }: Finding, paint: Paint): string {
  return [
    `  ${paint("bold", `${kind} ${name}`.trim())}`,
    `    expected: ${expected ?? "not there"}`,
    `    found:    ${found ?? "not there"}`,
    `    repair:   ${advice ?? REPAIRS[repair]}`,
    "",
  ].join("\n");
}
