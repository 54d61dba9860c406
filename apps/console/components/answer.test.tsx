import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { TRPCClientError } from "@trpc/client";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Answer, Refused } from "./answer.tsx";

function refusal(code: string, detail: { [name: string]: unknown } = {}) {
  const error = {
    code: -32_000,
    message: `${code}: The Hall's sentence.`,
    data: { hall: { code, remedy: "What to do.", request_id: "r-1", ...detail } },
  };
  return TRPCClientError.from({ error });
}

function shown(data: string | undefined, error: Error | null, role = "auditor"): string {
  const queries = new QueryClient();
  queries.setQueryData(["session.me"], { member: { role }, tenant: { name: "Acme" } });
  return renderToStaticMarkup(
    <QueryClientProvider client={queries}>
      <Answer
        of={{ data, error, refetch: () => undefined }}
        what="The rules could not be read"
        label="Reading the rules"
        absent={<p>No such thing.</p>}
      >
        {(text) => <p>{text}</p>}
      </Answer>
    </QueryClientProvider>,
  );
}

describe("a page that asks the Hall", () => {
  it("waits, and says what for", () => {
    expect(shown(undefined, null)).toContain('role="status" aria-label="Reading the rules"');
  });

  it("shows the answer, and nothing besides", () => {
    expect(shown("An answer.", null)).toBe("<p>An answer.</p>");
  });

  it("keeps an answer that could not be renewed, and says that it is old", () => {
    const html = shown("An answer.", refusal("LEDGER_UNAVAILABLE"));
    expect(html).toContain("<p>An answer.</p>");
    expect(html).toContain("What stands here was read before.");
  });

  it("tells somebody who may not look so, with the role they have", () => {
    const html = shown(undefined, refusal("FORBIDDEN", { permission: "rule:read" }));
    expect(html).toContain("Not for your role");
    expect(html).toContain("As auditor of Acme you may not see this.");
    expect(html).toContain("rule:read");
    expect(html).not.toContain("Try again");
  });

  it("says what is not there in the page's own words", () => {
    expect(shown(undefined, refusal("NOT_FOUND"))).toBe("<p>No such thing.</p>");
  });

  it("says what failed, what to do, and the request's id", () => {
    const html = shown(undefined, refusal("INTERNAL"));
    for (const words of ["The rules could not be read", "The Hall&#x27;s sentence.", "What to do.", "r-1"])
      expect(html).toContain(words);
    expect(html).toContain("Try again");
  });
});

describe("a press of a button that was refused", () => {
  it("gives the Hall's own reason where it has one", () => {
    const html = renderToStaticMarkup(
      <Refused what="It was not ended" error={refusal("CONFLICT", { reason: "no shadow run is open" })} />,
    );
    expect(html).toContain('role="alert"');
    expect(html).toContain("No shadow run is open.");
    expect(html).not.toContain("What to do.");
  });
});
