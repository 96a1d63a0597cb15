/** Takes back one thing that was done. */
export type Undo = () => Promise<unknown> | void;

/** All of it, the last first, even where one fails; the first failure is told afterwards. Twice is allowed. */
export const undoAll = async (undo: Undo[]): Promise<void> => {
  const failures: unknown[] = [];
  for (const step of undo.splice(0).reverse()) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
};
