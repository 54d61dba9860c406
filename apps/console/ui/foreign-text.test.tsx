import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { ForeignText } from "./foreign-text.tsx";

describe("ForeignText", () => {
  it("shows markup as text", () => {
    const html = renderToStaticMarkup(<ForeignText text={'<script>alert("1")</script>'} />);
    expect(html).not.toContain("<script");
    expect(html).toContain("&lt;script&gt;");
  });

  it("marks hidden characters and never sends them to the page", () => {
    const html = renderToStaticMarkup(<ForeignText text={"a\u202Eb\u0000"} />);
    expect(html).not.toMatch(/[\u202e\u0000]/);
    expect(html).toContain("U+202E");
    expect(html).toContain("U+0000");
  });

  it("keeps the text's direction from the words around it", () => {
    expect(renderToStaticMarkup(<ForeignText text="شركة" />)).toContain("<bdi>");
  });

  it("cuts what is long, and says how long it is", () => {
    const html = renderToStaticMarkup(<ForeignText text={"ж".repeat(12_034)} max={256} />);
    expect(html.match(/ж/g)).toHaveLength(256);
    expect(html).toContain("Show all 12,034 characters");
  });
});
