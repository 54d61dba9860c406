/**
 * Where a sign-in leads to: a page of the console, or its first. The address comes from whoever made the link, so it is read as
 * a browser would read it and compared after that (H-109).
 */
export function insideConsole(url: string, consoleUrl: string): string {
  const { origin } = new URL(consoleUrl);
  const to = URL.parse(url, origin);
  return to?.origin === origin ? to.href : origin;
}
