// Small pictures come one with a frame: putting one in takes longer than all the rest of its row, and a wheel brings three
// rows with each.

/** Rows that are only scrolled past ask for nothing. */
const PATIENCE_MS = 120;

const waiting = new Set<() => void>();
let frame = 0;

/** Calls back when it is a picture's turn; the oldest wish first. What is returned takes the wish back. */
export function turn(come: () => void): () => void {
  const timer = setTimeout(() => {
    waiting.add(come);
    if (frame === 0) frame = requestAnimationFrame(next);
  }, PATIENCE_MS);
  return () => {
    clearTimeout(timer);
    waiting.delete(come);
  };
}

function next(): void {
  const [come] = waiting;
  frame = 0;
  if (!come) return;
  waiting.delete(come);
  come();
  if (waiting.size > 0) frame = requestAnimationFrame(next);
}
