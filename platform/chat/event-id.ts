/** Events of one turn, at most. A turn's last possible token is far below it. */
export const MAX_EVENTS_PER_TURN = 1_000_000;

/** Where an event stands: in which turn of the session (from 0), and at which place in it (from 1). */
export interface EventPosition {
  readonly turn: number;
  readonly index: number;
}

/**
 * The id of an event: a number that increases through all turns of a session, so that it also tells which turn it is of.
 * The first turn's ids are 1, 2, 3 …; the second's 1000001, 1000002 …
 */
export function formatEventId({ turn, index }: EventPosition): string {
  return String(turn * MAX_EVENTS_PER_TURN + index);
}

/** Reads an id that a client sends back; `undefined` for text that is none. */
export function parseEventId(text: string): EventPosition | undefined {
  if (!/^\d{1,15}$/.test(text)) return undefined;
  const id = Number(text);
  return { turn: Math.floor(id / MAX_EVENTS_PER_TURN), index: id % MAX_EVENTS_PER_TURN };
}
