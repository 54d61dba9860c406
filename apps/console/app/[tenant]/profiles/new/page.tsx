import type { Metadata } from "next";
import { NewProfileView } from "../../../../components/profiles/new-profile-view.tsx";

export const metadata: Metadata = { title: "Define a profile" };

type Props = { searchParams: Promise<{ [name: string]: string | string[] | undefined }> };

export default async function NewProfilePage({ searchParams }: Props) {
  const { from } = await searchParams;
  return <NewProfileView from={typeof from === "string" ? from : null} />;
}
