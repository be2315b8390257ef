/** The icons a model may name, by the words people use for them. Unknown names draw the plain list icon. */
import type { TablerIcon } from "@tabler/icons-react";
import * as icons from "./tabler";

const BY_NAME: Record<string, TablerIcon> = {
  bell: icons.IconBell,
  bolt: icons.IconBolt,
  book: icons.IconBook,
  box: icons.IconBox,
  briefcase: icons.IconBriefcase,
  building: icons.IconBuilding,
  calendar: icons.IconCalendar,
  cart: icons.IconShoppingCart,
  chart: icons.IconChartBar,
  "chart-bar": icons.IconChartBar,
  check: icons.IconCheck,
  checklist: icons.IconChecklist,
  clipboard: icons.IconClipboard,
  "clipboard-list": icons.IconClipboardList,
  clock: icons.IconClock,
  coin: icons.IconCoin,
  "credit-card": icons.IconCreditCard,
  dashboard: icons.IconLayoutDashboard,
  database: icons.IconDatabase,
  factory: icons.IconBuildingFactory2,
  file: icons.IconFileText,
  "file-text": icons.IconFileText,
  flag: icons.IconFlag,
  folder: icons.IconFolder,
  form: icons.IconForms,
  home: icons.IconHome,
  "layout-dashboard": icons.IconLayoutDashboard,
  link: icons.IconLink,
  list: icons.IconList,
  "list-check": icons.IconListCheck,
  "list-details": icons.IconListDetails,
  mail: icons.IconMail,
  map: icons.IconMap,
  message: icons.IconMessage,
  order: icons.IconReceipt,
  package: icons.IconPackage,
  payment: icons.IconCreditCard,
  phone: icons.IconPhone,
  photo: icons.IconPhoto,
  product: icons.IconPackage,
  receipt: icons.IconReceipt,
  rocket: icons.IconRocket,
  school: icons.IconSchool,
  settings: icons.IconSettings,
  "shopping-cart": icons.IconShoppingCart,
  star: icons.IconStar,
  store: icons.IconBuildingStore,
  table: icons.IconTable,
  tag: icons.IconTag,
  task: icons.IconChecklist,
  todo: icons.IconChecklist,
  tools: icons.IconTools,
  truck: icons.IconTruck,
  user: icons.IconUser,
  users: icons.IconUsers,
  customer: icons.IconUsers,
  world: icons.IconWorld,
};

export type NamedIconProps = {
  /** The icon's name in the model; "users", "shopping_cart" and "IconUsers" all find theirs. */
  name: string | null | undefined;
  className?: string;
};

/** The key under which a model's spelling of an icon is looked up. */
function iconKey(name: string): string {
  return name
    .replace(/^(tabler:|icon[-_:]?)/i, "")
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
}

/** Draws the icon a model names; decorative, its neighbour text says what it stands for. */
export function NamedIcon({ name, className }: NamedIconProps) {
  const Icon = (name && BY_NAME[iconKey(name)]) || icons.IconList;
  return <Icon className={className} stroke={1.6} aria-hidden />;
}
