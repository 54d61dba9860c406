import type { Metadata } from "next";
import { SingleSignOnView } from "../../../components/single-sign-on/single-sign-on-view.tsx";

export const metadata: Metadata = { title: "Single sign-on" };

export default function SingleSignOnPage() {
  return <SingleSignOnView />;
}
