/** One promise of a contract, proven on an empty implementation. Suites of cases run against every implementation. */
export interface ContractCase<Subject> {
  /** What is proven, as a sentence. */
  readonly name: string;
  readonly run: (subject: Subject) => Promise<void>;
}
