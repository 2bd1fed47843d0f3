import type { JSX } from "preact";

import type { Sli } from "#metrics/slis";
import { percentText } from "./format-value.js";
import { type Metrics, PERIOD_NAMES } from "./read-metrics.js";

/** A month's error budget is gone in two days at this rate (Google, "The Site Reliability Workbook", chapter 5). */
const PAGE_RATE = 14.4;

/** How fast each service uses up its error budget: a bar for each service and period. */
export function BurnTable({ slis }: Pick<Metrics, "slis">): JSX.Element {
  const services = slis[0]?.[1] ?? [];
  return (
    <div class="card wide">
      <div class="scroll" tabindex={0} role="region" aria-label="Error budgets">
        <table class="burn">
          <caption>
            Error budgets{" "}
            <small>
              how fast they are used: the line is 1×, which uses a budget up exactly, and a full bar {PAGE_RATE}×
            </small>
          </caption>
          <thead>
            <tr>
              <th scope="col">Service</th>
              {slis.map(([window]) => (
                <th key={window} scope="col">
                  Last {PERIOD_NAMES.get(window)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {services.map(({ service, objective }, row) => (
              <tr key={service}>
                <th scope="row">
                  {service} <small>{percentText(objective)}</small>
                </th>
                {slis.map(([window, ofWindow]) => (
                  <td key={window}>
                    <Burn sli={ofWindow[row]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Burn({ sli }: { sli: Sli | undefined }): JSX.Element {
  if (sli === undefined || sli.requests === 0) return <small>no requests</small>;
  const { burnRate, budgetLeft, availability } = sli;
  return (
    <span class={`burning ${levelOf(burnRate)}`}>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width={100} height={8} />
        <rect width={lengthOf(burnRate)} height={8} />
        <line x1={lengthOf(1)} x2={lengthOf(1)} y2={8} />
      </svg>
      <span>
        {burnRate.toLocaleString([], { maximumFractionDigits: burnRate < 10 ? 2 : 0 })}×{" "}
        <small>
          {budgetLeft > 0 ? `${percentText(Math.round(budgetLeft * 100) / 100)} left` : "used up"} ·{" "}
          {percentText(availability)} available
        </small>
      </span>
    </span>
  );
}

/** By its square root: 1× is to be seen beside 14×. */
function lengthOf(burnRate: number): number {
  return 100 * Math.sqrt(Math.min(1, burnRate / PAGE_RATE));
}

function levelOf(burnRate: number): string {
  if (burnRate > PAGE_RATE) return "bad";
  return burnRate > 1 ? "warn" : "good";
}
