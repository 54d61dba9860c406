import type { ReactNode } from "react";
import { RulesNav } from "../../../components/rules/rules-nav.tsx";

export default function RulesLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <RulesNav />
      {children}
    </>
  );
}
