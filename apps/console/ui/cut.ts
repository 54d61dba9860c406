/** Cuts the middle out of an id: `sha256:0f3a…91bc`. Both ends stay, because both are compared by eye. */
export function cutMiddle(text: string, head = 11, tail = 4): string {
  return text.length <= head + tail + 1 ? text : `${text.slice(0, head)}…${text.slice(-tail)}`;
}
