/** `just now`, `2 s ago`, `14 min ago`, `3 h ago`, `5 d ago`. */
export function ago(instant: string, nowMs: number): string {
  // Clocks differ a little: what seems to lie a second ahead has just happened.
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(instant)) / 1000));
  if (seconds < 1) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}
