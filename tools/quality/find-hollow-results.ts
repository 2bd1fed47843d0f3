/** What node's test runner says of one finished test. `true` is a mark without a reason. */
export interface TestResult {
  readonly name: string;
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
}

/**
 * Results that look green and prove nothing: no test at all, a test that is skipped or unfinished without a reason.
 * Returns one sentence for each.
 */
export function findHollowResults(results: readonly TestResult[], filter: string | undefined): string[] {
  const complaints: string[] = [];
  if (results.length === 0) {
    complaints.push(
      filter === undefined
        ? `no test ran: the files in srcs define none`
        : `no test ran: no name matches --test_filter=${filter}`,
    );
  }
  for (const { name, skip, todo } of results) {
    if (isMarkedWithoutReason(skip)) complaints.push(`"${name}" is skipped: give the reason, { skip: "because ..." }`);
    if (isMarkedWithoutReason(todo)) complaints.push(`"${name}" is todo: give the reason, { todo: "because ..." }`);
  }
  return complaints;
}

function isMarkedWithoutReason(mark: string | boolean | undefined): boolean {
  return mark === true || mark === "";
}

/**
 * An `only` that was left behind: the runner leaves all other tests out and reports nothing of it, so the text of
 * the compiled tests is searched.
 */
export function findOnly(files: readonly { readonly path: string; readonly text: string }[]): string[] {
  return files
    .filter(({ text }) => /\b(?:test|it|describe|suite)\.only\s*\(|[{,]\s*only:\s*true\b/.test(text))
    .map(({ path }) => `${path}: a test is marked with "only": remove it, and use --test_filter instead`);
}
