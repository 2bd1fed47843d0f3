import type { RouteSpec } from "#http/route";
import type { Caller, Callers } from "#tests/security/callers";
import { FORGERIES } from "#tests/security/forgeries";
import type { RouteRequest, RouteRow } from "#tests/security/route-rows";
import { type Belongings, SECRET, type World } from "#tests/security/world";
import type { Answer, Call } from "#worker/testing/start-test-worker";

/** A route under one of its paths, and its row. */
export interface RoutePath {
  readonly spec: RouteSpec;
  readonly path: string;
  readonly row: RouteRow;
}

/** One request and what must become of it. */
export interface Cell {
  readonly name: string;
  readonly send: (world: World) => Promise<Answer>;
  /** What is wrong with the answer; `undefined`: nothing. */
  readonly judge: (answer: Answer) => string | undefined;
}

type Judge = Cell["judge"];

/** The requests that must change nothing and show nothing of the victim's. */
export function hostileCells(at: RoutePath, callers: Callers, own: Belongings): readonly Cell[] {
  const request = at.row.request(own);
  const isPublic = at.row.access === "public";
  const cell = (caller: Caller, judge: Judge): Cell => cellOf(at, caller, request, judge);
  return [
    ...callers.unauthenticated.map((caller) => cell(caller, isPublic ? harmless : refusedWith(401, "unauthenticated"))),
    ...callers.elsewhere.map((caller) => cell(caller, answeredWith(at.row.elsewhere))),
    ...callers.scoped
      .filter(({ scopes }) => !isEnough(at, scopes))
      .map((caller) => cell(caller, refusedWith(at.row.refusal ?? 403, /^(forbidden|tool_forbidden)$/))),
    ...(at.path === at.spec.path ? shellCells(at, callers, request) : []),
  ];
}

/** What does not depend on the path, so that an alias need not be asked: which tenant it is, and what the schemas take. */
function shellCells(at: RoutePath, callers: Callers, request: RouteRequest): readonly Cell[] {
  const [administrator] = callers.elsewhere;
  return [
    ...callers.mismatched.map((caller) => cellOf(at, caller, request, refusedWith(403, "tenant_mismatch"))),
    ...callers.tenantless.map((caller) =>
      cellOf(at, caller, request, refusedWith(/^(400|404)$/, /^tenant_(required|unknown)$/)),
    ),
    ...FORGERIES.flatMap(({ name, forge }) => {
      const forged = forge(request);
      if (forged === undefined || administrator === undefined) return [];
      return [cellOf(at, { ...administrator, name: `${administrator.name}, with ${name}` }, forged, harmless)];
    }),
  ];
}

/** Each id of the victim's alone among those of the attacker, where a route takes several. */
export function mixedCells(at: RoutePath, callers: Callers, own: Belongings, theirs: Belongings): readonly Cell[] {
  const fields = Object.keys(own) as (keyof Belongings)[];
  return fields.flatMap((field) =>
    [...callers.elsewhere, ...callers.strangers].flatMap((caller) => {
      const request = at.row.request({ ...theirs, [field]: own[field] });
      // A request that names one thing is made by `hostileCells` already.
      if ([own, theirs].some((all) => JSON.stringify(request) === JSON.stringify(at.row.request(all)))) return [];
      const isStranger = callers.strangers.includes(caller);
      const judge = isStranger && at.row.stranger === undefined ? notBroken : harmless;
      return [cellOf(at, { ...caller, name: `${caller.name}, with the victim's ${field}` }, request, judge)];
    }),
  );
}

/** Another principal of the tenant: what is a principal's own is not there for it; what is the tenant's, it may use. */
export function strangerCells(at: RoutePath, callers: Callers, own: Belongings): readonly Cell[] {
  const { stranger } = at.row;
  const judge = stranger === undefined ? notRefused : answeredWith(stranger);
  return callers.strangers.map((caller) => cellOf(at, caller, at.row.request(own), judge));
}

/** Keys whose scopes are enough: not refused for their scopes. */
export function allowedCells(at: RoutePath, callers: Callers, own: Belongings): readonly Cell[] {
  if (at.row.access === "public") return [];
  return callers.scoped
    .filter(({ scopes }) => isEnough(at, scopes))
    .map((caller) => cellOf(at, caller, at.row.request(own), notRefused));
}

/** Whether a key with these scopes may use the route, as its row says: the spec is what is tried. */
function isEnough({ row }: RoutePath, scopes: readonly string[]): boolean {
  const { access } = row;
  if (row.scopes !== undefined) return row.scopes.some((set) => set.every((scope) => scopes.includes(scope)));
  if (access === "public" || access === "any-key" || access === "any-tool") return true;
  return scopes.includes(access);
}

function cellOf(
  { spec, path }: RoutePath,
  { name, call, host = "" }: Caller,
  request: RouteRequest,
  judge: Judge,
): Cell {
  return {
    name: `${spec.method} ${path} by ${name}`,
    send: ({ worker }) => worker.call(`${host}${targetOf(path, request)}`, toCall(spec, request, call)),
    judge,
  };
}

/** The path with its parameters filled in. */
export function targetOf(path: string, { path: values = {}, query }: RouteRequest): string {
  const filled = path.replace(/:(\w+)(\{[^}]*\})?/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
  return query === undefined ? filled : `${filled}?${new URLSearchParams(query).toString()}`;
}

/** The request of a route as somebody makes it. */
export function toCall({ method }: RouteSpec, { headers, body }: RouteRequest, call: Call): Call {
  return {
    ...call,
    method,
    ...(body === undefined ? {} : { body }),
    headers: { ...headers, ...call.headers },
  };
}

/** The code of an error in whatever shape the route writes errors, events included. */
export function codeOf({ json, text, headers }: Answer): string | undefined {
  const error = (json as { error?: { code?: unknown; data?: { code?: string } } }).error;
  const code = error?.data?.code ?? error?.code;
  if (typeof code === "string") return code;
  const isStream = headers.get("content-type")?.startsWith("text/event-stream") === true;
  return isStream ? /"code":"(\w+)"/.exec(text)?.[1] : undefined;
}

const shown = (answer: Answer): string => [answer.text, ...answer.headers.entries()].join("\n");

const harmless: Judge = (answer) => {
  if (answer.status >= 500) return `a failure: ${answer.status} ${answer.text}`;
  if (shown(answer).includes(SECRET)) return `the victim's secret: ${answer.text}`;
  return undefined;
};
const notBroken: Judge = ({ status, text }) => (status >= 500 ? `a failure: ${status} ${text}` : undefined);
const notRefused: Judge = ({ status, text }) =>
  status === 401 || status === 403 || status >= 500 ? `refused: ${status} ${text}` : undefined;
const answeredWith =
  (wanted: number): Judge =>
  (answer) =>
    harmless(answer) ?? (answer.status === wanted ? undefined : `${answer.status}, not ${wanted}: ${answer.text}`);
const refusedWith =
  (status: number | RegExp, code: string | RegExp): Judge =>
  (answer) => {
    const told = codeOf(answer) ?? "";
    const isRight = matches(String(answer.status), String(status)) && matches(told, code);
    return (
      harmless(answer) ??
      (isRight ? undefined : `${answer.status} ${told}, not ${String(status)} ${String(code)}: ${answer.text}`)
    );
  };

function matches(text: string, wanted: string | RegExp): boolean {
  if (typeof wanted !== "string") return wanted.test(text);
  const [, source] = /^\/(.*)\/$/.exec(wanted) ?? [];
  return source === undefined ? text === wanted : new RegExp(source).test(text);
}
