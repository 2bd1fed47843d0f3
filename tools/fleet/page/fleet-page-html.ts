import { createHash } from "node:crypto";

import type { EnvironmentName } from "#tenancy/environments";
import { escapeHtml } from "#tools/command/escape-html";
import type { Finding } from "../state/compare-states.js";
import { PAGE_STYLE } from "./page-style.js";
import type { Read, TenantSurvey } from "./survey-tenant.js";

const STYLE_DIGEST = createHash("sha256").update(PAGE_STYLE).digest("base64");

/** What the page may do: show itself in its one style. No script runs in it, its own neither. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'`;

/** What was read, of all tenants. */
export interface FleetSurvey {
  /** ISO 8601. */
  readonly at: string;
  readonly tenants: readonly TenantSurvey[];
}

/** The page: one table for each environment, and nothing that it would have to load. Pure. */
export function fleetPageHtml({ at, tenants }: FleetSurvey): string {
  const environments = [...Map.groupBy(tenants, ({ environment }) => environment)];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="${escapeHtml(PAGE_POLICY)}">
<title>Fleet</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<h1>Fleet <small>as of ${escapeHtml(at)}</small></h1>
${totals(tenants)}
${environments.map(([environment, rows]) => section(environment, rows)).join("\n")}
</body>
</html>
`;
}

/** What an operator looks for first. Pure. */
export function countFleet(tenants: readonly TenantSurvey[]) {
  const values = <Value>(reads: readonly (Read<Value> | undefined)[]): Value[] =>
    reads.flatMap((read) => (read !== undefined && "value" in read ? [read.value] : []));
  const hasError = ({ account, health, spend }: TenantSurvey): boolean =>
    [account, health, spend].some((read) => read !== undefined && "error" in read);
  return {
    environments: tenants.filter(({ isProvisioned }) => isProvisioned).length,
    drifted: values(tenants.map(({ account }) => account)).filter(({ findings }) => findings.length > 0).length,
    degraded: values(tenants.map(({ health }) => health)).filter(({ status }) => status === "degraded").length,
    notRead: tenants.filter(hasError).length,
    usd: values(tenants.map(({ spend }) => spend)).reduce((sum, usd) => sum + usd, 0),
  };
}

function totals(tenants: readonly TenantSurvey[]): string {
  const { environments, drifted, degraded, notRead, usd } = countFleet(tenants);
  const item = (name: string, value: string, level = ""): string =>
    `<li class="${level}"><b>${escapeHtml(value)}</b> ${name}</li>`;
  return `<ul class="totals">${[
    item("deployments", String(environments)),
    item("with drift", String(drifted), drifted > 0 ? "warn" : "good"),
    item("degraded", String(degraded), degraded > 0 ? "bad" : "good"),
    item("not read whole", String(notRead), notRead > 0 ? "bad" : "good"),
    item("in 24 hours, where it is measured", usdText(usd)),
  ].join("")}</ul>`;
}

function section(environment: EnvironmentName, rows: readonly TenantSurvey[]): string {
  const heads = ["Tenant", "Release", "Drift", "Health", "Spend, 24 h"];
  return `<h2>${escapeHtml(environment)}</h2>
<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(environment)}"><table>
<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead>
<tbody>
${rows.map(row).join("\n")}
</tbody></table></div>`;
}

function row({ tenant, hostname, isProvisioned, account, health, spend }: TenantSurvey): string {
  const name = `<th scope="row">${escapeHtml(tenant)}<br><small>${escapeHtml(hostname ?? "no hostname")}</small></th>`;
  if (!isProvisioned) return `<tr>${name}<td colspan="4"><small>not provisioned</small></td></tr>`;
  const cells = [
    cell(account, ({ live }) => releaseHtml(live)),
    // The reason stands in the cell before it.
    account !== undefined && "error" in account ? "" : cell(account, ({ findings }) => driftHtml(findings)),
    cell(health, ({ status, failing }) => {
      const level = status === "ok" ? "good" : status === "degraded" ? "bad" : "";
      const names = failing.length === 0 ? "" : `: ${escapeHtml(failing.join(", "))}`;
      return `<span class="${level}">${escapeHtml(status)}${names}</span>`;
    }),
  ];
  const usd = spend === undefined ? "<small>not measured</small>" : cell(spend, usdText);
  return `<tr>${name}${cells.map((html) => `<td>${html}</td>`).join("")}<td class="number">${usd}</td></tr>`;
}

function cell<Value>(read: Read<Value> | undefined, show: (value: Value) => string): string {
  if (read === undefined) return "<small>–</small>";
  if ("value" in read) return show(read.value);
  const { why, fix } = read.error;
  const remedy = fix === undefined ? "" : `<p class="fix">${escapeHtml(fix)}</p>`;
  return `<span class="bad">not read:</span> ${escapeHtml(why)}${remedy}`;
}

function releaseHtml(live: Extract<TenantSurvey["account"], { value: unknown }>["value"]["live"]): string {
  if (live === undefined) return '<span class="warn">nothing is deployed</span>';
  const { record, versionId } = live;
  const id = `<code>${escapeHtml(versionId)}</code>`;
  if (record === undefined) return `${id}<br><span class="warn">no release of ours</span>`;
  const { deployedAt, deployedBy, gitRevision, isDirty, message } = record;
  const revision = `revision ${gitRevision.slice(0, 12)}${isDirty ? " with changes that are not committed" : ""}`;
  const lines = [`${deployedAt} by ${deployedBy}`, revision, message].filter((line) => line !== "");
  return [id, ...lines.map((line) => `<small>${escapeHtml(line)}</small>`)].join("<br>");
}

function driftHtml(findings: readonly Finding[]): string {
  if (findings.length === 0) return '<span class="good">none</span>';
  const lines = findings.map(({ kind, name, expected, found }) =>
    escapeHtml(`${[kind, name].join(" ").trim()}: expected ${expected ?? "nothing"}, found ${found ?? "nothing"}`),
  );
  return `<details><summary class="warn">${findings.length} found</summary><ul>${lines
    .map((line) => `<li>${line}</li>`)
    .join("")}</ul></details>`;
}

function usdText(usd: number): string {
  return `$${usd.toFixed(usd > 0 && usd < 1 ? 4 : 2)}`;
}
