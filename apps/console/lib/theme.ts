/** Light, dark, or what the system says. Kept in a cookie, so that the server draws the first page right. */

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
export const THEME_COOKIE = "guildhall.theme";

const YEAR_S = 31_536_000;

export function readTheme(text: string | undefined): Theme {
  return THEMES.find((theme) => theme === text) ?? "system";
}

export function currentTheme(): Theme {
  return readTheme(document.documentElement.dataset.theme);
}

export function setTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Safari and Firefox ESR.
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
}

/** The other of the two that are seen now. */
export function toggleTheme(): void {
  const theme = currentTheme();
  const isDark =
    theme === "dark" || (theme === "system" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  setTheme(isDark ? "light" : "dark");
}
