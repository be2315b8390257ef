/** Every style sheet the two applications share, in the order in which they must apply. */
import "@fontsource-variable/ibm-plex-sans/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import "@mantine/core/styles.layer.css";
import "@mantine/dates/styles.layer.css";
import "./tokens.css";
import "./base.css";
