import type { Metadata } from "next";
import { ProfileView } from "../../../../components/profiles/profile-view.tsx";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Profile ${decodeURIComponent((await params).id).slice(0, 64)}` };
}

export default async function ProfilePage({ params }: Props) {
  const id = decodeURIComponent((await params).id);
  return <ProfileView key={id} id={id} />;
}
