import type { BehaviourPlan, ModelBehaviour, ModelCall } from "#simulators/contract/control-messages";

/** Calls that are kept; older ones are forgotten. */
const maxCalls = 2_000;

/** A call as the simulators change it while it runs. */
export type RunningCall = { -readonly [Field in keyof ModelCall]: ModelCall[Field] };

/** What a plan chooses its calls by. */
type AskedCall = Pick<ModelCall, "worker" | "model" | "inputs">;

/** What was planned for coming model calls, and which calls there were. */
export class CallJournal {
  #plans: { plan: BehaviourPlan; left: number }[] = [];
  #calls: RunningCall[] = [];

  plan(plan: BehaviourPlan): void {
    this.#plans.push({ plan, left: plan.times ?? 1 });
  }

  reset(): void {
    this.#plans = [];
    this.#calls = [];
  }

  calls(): readonly ModelCall[] {
    return this.#calls;
  }

  /** Records a call that starts. The caller goes on writing to the returned object. */
  start(call: Pick<ModelCall, "worker" | "model" | "inputs" | "options" | "headers">, nowMs: number): RunningCall {
    const running: RunningCall = { ...call, startedAt: nowMs, streamedTokens: 0, finished: false };
    this.#calls.push(running);
    if (this.#calls.length > maxCalls) this.#calls.shift();
    return running;
  }

  /** Uses up one call of the oldest plan that fits. */
  takeBehaviour({ worker, model, inputs }: AskedCall): ModelBehaviour | undefined {
    const found = this.#plans.find(
      ({ plan }) =>
        (plan.model ?? model) === model &&
        (plan.worker ?? worker) === worker &&
        (plan.asked === undefined || JSON.stringify(inputs).includes(plan.asked)),
    );
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#plans = this.#plans.filter((entry) => entry !== found);
    return found.plan.behaviour;
  }
}

/** The journal of this workerd process. Plans and calls are for tests, so they end with the process. */
export const callJournal = new CallJournal();
