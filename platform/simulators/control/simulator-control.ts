import type {
  AnalyticsPoint,
  BehaviourPlan,
  ControlRequest,
  GatewayLog,
  ModelBehaviour,
  ModelCall,
} from "#simulators/contract/control-messages";

/** Carries one message to the simulator Worker and brings back its answer. */
export type ControlTransport = (request: ControlRequest) => Promise<unknown>;

/** Which calls a plan is for. Default: the next call, of any model and any Worker. */
export type PlanScope = Omit<BehaviourPlan, "behaviour">;

/** Lets a node test steer the simulators of a running {@link Runtime} and read what reached them. */
export class SimulatorControl {
  readonly #send: ControlTransport;
  readonly #workers: () => readonly string[];

  /** `workers` names the Workers of the runtime, so that reading without a Worker reads all of them. */
  constructor(send: ControlTransport, workers: () => readonly string[]) {
    this.#send = send;
    this.#workers = workers;
  }

  /** Makes coming model calls behave as told. Plans are used up in the order in which they were made. */
  async plan(behaviour: ModelBehaviour, scope: PlanScope = {}): Promise<void> {
    await this.#send({ op: "plan", plan: { ...scope, behaviour } });
  }

  /** Refuses coming model calls with an HTTP status. */
  async failModel(status: number, scope: PlanScope = {}): Promise<void> {
    await this.plan({ kind: "error", status }, scope);
  }

  /** Makes the next model call say exactly `text`. */
  async answerWith(text: string, scope: PlanScope = {}): Promise<void> {
    await this.plan({ kind: "answer", text }, scope);
  }

  /** Forgets every plan and every recorded call. Logs, points and vectors stay. */
  async reset(): Promise<void> {
    await this.#send({ op: "reset" });
  }

  /** Model calls since the start or the last {@link reset}, oldest first. */
  async modelCalls(): Promise<ModelCall[]> {
    return (await this.#send({ op: "modelCalls" })) as ModelCall[];
  }

  /** Rows of the gateway logs, oldest first. */
  async gatewayLogs(filter: { worker?: string; gateway?: string } = {}): Promise<GatewayLog[]> {
    const { worker, ...rest } = filter;
    return this.#ofWorkers(worker, (name) => ({ op: "gatewayLogs", worker: name, ...rest }));
  }

  /** Points written to Analytics Engine, oldest first. */
  async analyticsPoints(filter: { worker?: string; dataset?: string } = {}): Promise<AnalyticsPoint[]> {
    const { worker, ...rest } = filter;
    return this.#ofWorkers(worker, (name) => ({ op: "analyticsPoints", worker: name, ...rest }));
  }

  async #ofWorkers<Row>(worker: string | undefined, request: (name: string) => ControlRequest): Promise<Row[]> {
    const names = worker === undefined ? this.#workers() : [worker];
    const answers = await Promise.all(names.map((name) => this.#send(request(name))));
    return answers.flat() as Row[];
  }
}
