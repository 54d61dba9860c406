import type { Metadata } from "next";
import { RequestView } from "../../../../components/certification/request-view.tsx";

export const metadata: Metadata = { title: "Request for certification" };

type Props = { params: Promise<{ id: string }> };

export default async function RequestPage({ params }: Props) {
  const id = decodeURIComponent((await params).id);
  return <RequestView key={id} id={id} />;
}
