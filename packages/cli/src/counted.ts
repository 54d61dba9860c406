/** `1 rule`, `2 rules`; `1 leaf`, `2 leaves`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
