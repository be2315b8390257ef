/** The visual language as a Mantine theme: measures, palettes and the defaults of every component we use. */
import {
  ActionIcon,
  Button,
  Checkbox,
  Combobox,
  createTheme,
  Drawer,
  Input,
  Loader,
  Menu,
  Modal,
  Popover,
  Radio,
  Skeleton,
  Switch,
  Tabs,
  Tooltip,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type MantineThemeOverride,
} from "@mantine/core";
import classes from "./overrides.module.css";

const petrol: MantineColorsTuple = [
  "#F2FCFF", "#E2F6FA", "#C7ECF4", "#9FDDEA", "#4FB9CC", "#33A9BE", "#06899D", "#007081", "#005B69", "#00434D",
];
const dark: MantineColorsTuple = [
  "#E8ECED", "#B4BCBE", "#909A9D", "#6B7679", "#363F41", "#242C2D", "#191F21", "#101617", "#0B1011", "#070B0C",
];
const gray: MantineColorsTuple = [
  "#F5F7F8", "#EEF2F3", "#E4E9EA", "#DBE1E2", "#C5CCCE", "#7E888B", "#606B6E", "#454F52", "#293436", "#151F21",
];

const inputParts = { label: classes.label, required: classes.required, description: classes.description, error: classes.error };
const floatingParts = { overlay: classes.overlay, content: classes.floating, header: classes.floatingHeader, title: classes.floatingTitle };
const choiceParts = { ...inputParts, label: classes.choiceLabel };
/** Content is there in the frame that asked for it, ready to be typed into; how it comes into sight is left to the style sheet. */
const AT_ONCE = { duration: 0 };
const dialog = { centered: true, radius: "lg", size: 440, transitionProps: AT_ONCE };
const overlay = { color: "var(--tq-scrim)", backgroundOpacity: 1 };

export const theme: MantineThemeOverride = createTheme({
  primaryColor: "petrol",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  colors: { petrol, dark, gray },
  defaultRadius: "sm",
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  fontFamily: "var(--tq-sans)",
  fontFamilyMonospace: "var(--tq-mono)",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "16px", sm: "20px", md: "20px", lg: "24px", xl: "28px" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  radius: { xs: "3px", sm: "5px", md: "8px", lg: "12px", xl: "999px" },
  shadows: { sm: "var(--tq-shadow-1)", md: "var(--tq-shadow-1)", lg: "var(--tq-shadow-2)", xl: "var(--tq-shadow-2)" },
  breakpoints: { xs: "480px", sm: "768px", md: "1024px", lg: "1200px", xl: "1280px" },
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "20px", lineHeight: "28px" }, h2: { fontSize: "16px", lineHeight: "24px" }, h3: { fontSize: "14px", lineHeight: "20px" } } },
  components: {
    Button: Button.extend({ defaultProps: { variant: "default", size: "sm" }, classNames: { root: classes.control, section: classes.section } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: "subtle", color: "gray", size: 28 }, classNames: { root: classes.iconButton } }),
    Input: Input.extend({ defaultProps: { size: "sm" }, classNames: { wrapper: classes.inputWrapper, input: classes.input } }),
    InputClearButton: Input.ClearButton.extend({ classNames: { root: classes.clear } }),
    InputWrapper: Input.Wrapper.extend({ defaultProps: { size: "sm", inputWrapperOrder: ["label", "input", "description", "error"] }, classNames: inputParts }),
    Checkbox: Checkbox.extend({ defaultProps: { size: "xs" }, classNames: { ...choiceParts, input: classes.check } }),
    CheckboxIndicator: Checkbox.Indicator.extend({ classNames: { indicator: classes.check } }),
    Radio: Radio.extend({ defaultProps: { size: "xs" }, classNames: { ...choiceParts, radio: classes.radio } }),
    Switch: Switch.extend({ defaultProps: { size: "xs", withThumbIndicator: false }, classNames: { ...choiceParts, track: classes.switchTrack } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withArrow: false }, classNames: { tooltip: classes.tooltip } }),
    Menu: Menu.extend({
      defaultProps: { radius: "md", shadow: "sm", position: "bottom-start", withInitialFocusPlaceholder: false, transitionProps: { duration: 140 } },
      classNames: { dropdown: classes.dropdown, item: classes.item, itemSection: classes.itemSection, label: classes.menuLabel },
    }),
    Popover: Popover.extend({ defaultProps: { radius: "md", shadow: "sm", transitionProps: { duration: 140 } }, classNames: { dropdown: classes.dropdown } }),
    Combobox: Combobox.extend({ defaultProps: { shadow: "sm" }, classNames: { dropdown: classes.dropdown, option: classes.item } }),
    DrawerRoot: Drawer.Root.extend({ defaultProps: { transitionProps: AT_ONCE }, classNames: { overlay: classes.overlay } }),
    DrawerOverlay: Drawer.Overlay.extend({ defaultProps: overlay }),
    ModalRoot: Modal.Root.extend({ defaultProps: dialog, classNames: floatingParts }),
    ModalOverlay: Modal.Overlay.extend({ defaultProps: overlay }),
    Modal: Modal.extend({ defaultProps: { ...dialog, overlayProps: overlay }, classNames: floatingParts }),
    Skeleton: Skeleton.extend({ defaultProps: { radius: "xs" } }),
    Loader: Loader.extend({ defaultProps: { size: 16 } }),
    Tabs: Tabs.extend({ defaultProps: { variant: "default" }, classNames: { tab: classes.tab } }),
  },
});

/** Mantine's variables that are drawn in the accent. */
export const primaryVariables = {
  "--mantine-color-anchor": "var(--tq-accent-text)",
  "--mantine-primary-color-filled": "var(--tq-accent)",
  "--mantine-primary-color-filled-hover": "var(--tq-accent-hover)",
  "--mantine-primary-color-contrast": "var(--tq-on-accent)",
  "--mantine-color-petrol-filled": "var(--tq-accent)",
  "--mantine-color-petrol-filled-hover": "var(--tq-accent-hover)",
  "--mantine-color-petrol-light-color": "var(--tq-accent-text)",
  "--mantine-color-petrol-text": "var(--tq-accent-text)",
};

const scheme = {
  "--mantine-color-body": "var(--tq-surface)",
  "--mantine-color-text": "var(--tq-text)",
  "--mantine-color-dimmed": "var(--tq-text-3)",
  "--mantine-color-placeholder": "var(--tq-text-3)",
  "--mantine-color-default": "var(--tq-surface)",
  "--mantine-color-default-hover": "var(--tq-hover)",
  "--mantine-color-default-color": "var(--tq-text)",
  "--mantine-color-default-border": "var(--tq-line-2)",
  "--mantine-color-error": "var(--tq-bad)",
  ...primaryVariables,
};

/** Maps Mantine's own variables onto the tokens, so that every component follows both schemes. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({ variables: {}, light: scheme, dark: scheme });
