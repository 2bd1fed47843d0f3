/**
 * Runs a task for each item, at most `concurrency` at a time, in their order. Once `isStopped` says so, no further one is
 * begun; those under way are awaited. A task must not throw.
 */
export async function runPool<Item>(
  items: readonly Item[],
  concurrency: number,
  run: (item: Item) => Promise<void>,
  isStopped: () => boolean = () => false,
): Promise<void> {
  const queue = [...items];
  const work = async (): Promise<void> => {
    while (!isStopped()) {
      const item = queue.shift();
      if (item === undefined) return;
      await run(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, work));
}
