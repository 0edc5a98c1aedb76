/** What is said about events that perf could not write. */
export function lostWarning(lost: number): string {
  return `perf lost ${lost} events while recording: the machine was too busy to write them`;
}
