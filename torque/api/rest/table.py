"""The verbs of REST, all of them."""

from torque.api.rest import data, files, records
from torque.api.rest.call import Verb

VERBS: tuple[Verb, ...] = (*data.VERBS, *files.VERBS, *records.VERBS)
