import type { ReactNode } from "react";

/** One choice with its words, as large as a finger. `because`: why it cannot be changed. */
export function Check({
  kind = "checkbox",
  name,
  isChecked,
  onChange,
  because,
  children,
}: {
  kind?: "checkbox" | "radio";
  name?: string;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
  because?: string | undefined;
  children: ReactNode;
}) {
  const isOff = because !== undefined;
  return (
    <label
      {...(isOff && { title: because })}
      className={`flex min-h-7 items-start gap-2 py-1 text-13 ${isOff ? "cursor-not-allowed text-quiet" : "cursor-pointer"}`}
    >
      <input
        type={kind}
        {...(name && { name })}
        checked={isChecked}
        aria-disabled={isOff || undefined}
        onChange={(event) => {
          if (!isOff) onChange(event.target.checked);
        }}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      <span className="min-w-0 [overflow-wrap:anywhere]">{children}</span>
    </label>
  );
}
