/** What came back over HTTP: an answer, or nothing, which may mean anything. */
export type Answer = { status: number; text: string } | { status: null };

/** Posts JSON. Never throws for what the other side does. */
export async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return { status: null };
  }
}
