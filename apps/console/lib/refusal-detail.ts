import { TRPCClientError } from "@trpc/client";

/** What the Hall says of a refusal beside its code: conflicts, problems, findings. Empty where it says nothing. */
export function refusalDetail(error: unknown): { [name: string]: unknown } {
  if (!(error instanceof TRPCClientError)) return {};
  const hall: unknown = error.data?.hall;
  return typeof hall === "object" && hall !== null ? (hall as { [name: string]: unknown }) : {};
}

/** What is wrong with each field that the Hall named, by the field. */
export function fieldProblems(error: unknown): { [path: string]: string } {
  const { problems } = refusalDetail(error);
  if (!Array.isArray(problems)) return {};
  return Object.fromEntries(
    (problems as { path: string; expected: string }[]).map(({ path, expected }) => [path, expected]),
  );
}
