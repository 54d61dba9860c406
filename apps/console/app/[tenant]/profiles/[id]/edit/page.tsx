import type { Metadata } from "next";
import { EditProfileView } from "../../../../../components/profiles/edit-profile-view.tsx";

export const metadata: Metadata = { title: "Define anew" };

type Props = { params: Promise<{ id: string }> };

export default async function EditProfilePage({ params }: Props) {
  const id = decodeURIComponent((await params).id);
  return <EditProfileView key={id} id={id} />;
}
