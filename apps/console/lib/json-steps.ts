/** The way to a value in a document, as the Hall prints it: `match.env.in[0]`, `given["odd key"]`. */
export type Steps = readonly (string | number)[];

const STEP = /\.?([A-Za-z_$][\w$]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;

/** Reads a printed way. What cannot be read ends it, so the answer may lead only part of the way. */
export function readSteps(path: string): Steps {
  const steps: (string | number)[] = [];
  STEP.lastIndex = 0;
  for (let found = STEP.exec(path); found !== null; found = STEP.exec(path)) {
    const [, name, index, quoted] = found;
    if (name !== undefined) steps.push(name);
    else if (index !== undefined) steps.push(Number(index));
    else steps.push(JSON.parse(quoted as string) as string);
  }
  return steps;
}
