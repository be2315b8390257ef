/** The page the server answers when the address names none. */
export const START_PAGE = "start_page";
