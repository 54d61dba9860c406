import type { Page } from "playwright-core";

/** What a machine can tell of a page's accessibility. @returns one line for each fault */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const shown = (element: Element) =>
      element.checkVisibility({ visibilityProperty: true }) && element.closest("[aria-hidden=true]") === null;
    const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)].filter(shown);
    const sketch = (element: Element) => element.outerHTML.slice(0, 120);
    const named = (element: HTMLElement) =>
      element.getAttribute("aria-label")?.trim() ||
      element
        .getAttribute("aria-labelledby")
        ?.split(" ")
        .map((id) => document.getElementById(id)?.textContent)
        .join("")
        .trim() ||
      (element as HTMLInputElement).labels?.[0]?.textContent?.trim() ||
      element.textContent?.trim();

    for (const element of all("a[href], button, input, textarea, select, summary, [role=option], [role=img]"))
      if (!named(element)) faults.push(`without a name: ${sketch(element)}`);
    for (const element of all("dialog[open], [role=listbox], nav, fieldset, section[tabindex], table"))
      if (!named(element) && !element.querySelector("legend"))
        faults.push(`without a label: ${sketch(element)}`);
    for (const element of all("[tabindex]"))
      if (element.tabIndex > 0) faults.push(`jumps the order of tabs: ${sketch(element)}`);
    for (const element of all("[aria-labelledby], [aria-describedby], [aria-controls]"))
      for (const name of ["aria-labelledby", "aria-describedby", "aria-controls"])
        for (const id of element.getAttribute(name)?.split(" ") ?? [])
          if (!document.getElementById(id)) faults.push(`${name} names nothing: ${sketch(element)}`);
    for (const element of all("button, a[href], input, [role=option]")) {
      // A label around a box is pressed in its place.
      const { width, height } = (element.closest("label") ?? element).getBoundingClientRect();
      // WCAG 2.2 asks for 24 by 24, except where a link stands in a sentence or a row is the target.
      const isInText = element.matches("a") || element.closest("p, dd, li, [role=row]") !== null;
      if (!isInText && width > 1 && (width < 24 || height < 24)) faults.push(`too small: ${sketch(element)}`);
    }
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    for (const id of new Set(ids)) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`twice: #${id}`);
    if (document.documentElement.lang === "") faults.push("the page has no language");
    if (document.title === "") faults.push("the page has no title");
    if (all("main").length !== 1) faults.push(`${all("main").length} main landmarks`);
    const levels = all("main h1, main h2, main h3, main h4").map(({ tagName }) => Number(tagName[1]));
    if (!levels.includes(1)) faults.push("no heading of the first level");
    for (let i = 1; i < levels.length; i++)
      if (levels[i]! > levels[i - 1]! + 1) faults.push(`heading level ${levels[i]} after ${levels[i - 1]}`);
    return faults;
  });
}

/** How many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
