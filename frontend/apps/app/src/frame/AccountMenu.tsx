import type { TorqueClient } from "@torque/client";
import type { SessionInfo } from "@torque/protocol";
import { clearDrafts } from "@torque/runtime";
import { icons, LanguageItems, MenuDivider, MenuItem, SchemeItems } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";

export type AccountMenuProps = { client: TorqueClient; session: SessionInfo | null };

/** Colour scheme, language, the ways to the other places, sign-in and sign-out. */
export function AccountMenu({ client, session }: AccountMenuProps) {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  const { application, page } = useParams();
  const admin = session?.roles.includes("admin") ?? false;
  const signOut = async (): Promise<void> => {
    clearDrafts();
    await client.signOut();
    globalThis.location.reload();
  };
  return (
    <>
      <SchemeItems />
      <LanguageItems />
      <MenuDivider />
      <MenuItem icon={<icons.IconLayoutDashboard aria-hidden />} onClick={() => void navigate("/")}>
        {t("account.all")}
      </MenuItem>
      {admin && (
        <MenuItem icon={<icons.IconTools aria-hidden />} href={editorAddress(application, page)}>
          {t("account.editor")}
        </MenuItem>
      )}
      {session ? (
        <MenuItem icon={<icons.IconLogout aria-hidden />} onClick={() => void signOut()}>
          {t("account.signOut")}
        </MenuItem>
      ) : (
        <MenuItem icon={<icons.IconLogin aria-hidden />} href="/editor/sign-in">
          {t("account.signIn")}
        </MenuItem>
      )}
    </>
  );
}

/** Where the editor shows the model of what is open here, at the page that is open. */
function editorAddress(application: string | undefined, page: string | undefined): string {
  if (application === undefined) return "/editor/models";
  const query = page === undefined ? "" : `?page=${encodeURIComponent(page)}`;
  return `/editor/applications/${encodeURIComponent(application)}${query}`;
}
