/**
 * What the console's pages ask of next-auth. It answers more than that: pages of its own, which send a browser on with what
 * stood in the address, whatever that was.
 */
export function isSessionDoor(method: string, names: readonly string[]): boolean {
  return (method === "POST" ? POSTED : ASKED).has(names.join("/"));
}

const ASKED: ReadonlySet<string> = new Set(["csrf", "session"]);
const POSTED: ReadonlySet<string> = new Set([
  ...["link", "password", "factor", "sso"].map((by) => `callback/${by}`),
  "signout",
]);
