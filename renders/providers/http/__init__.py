"""The one seam through which providers call services over HTTP: bounded in time and size, and never raising.

`Client` calls a service of the operator's (its address is a setting, and may be private); `download` fetches what an
answer points to, through the guard of foreign addresses (R111). Both answer a value; the `Exchange` below them raises.
`read_error` turns an answer that is no success into the typed error, by a table of the provider's own.

One connection a call: a connection that was kept open and died meanwhile cannot be told from a lost answer.
"""

from renders.providers.http.client import Client
from renders.providers.http.downloading import download
from renders.providers.http.exchange import Ask, Exchange
from renders.providers.http.gateways import gateway_error, object_of
from renders.providers.http.reading import BY_STATUS, RENDER_SERVICES, Row, read_error, read_words, unusable
from renders.providers.http.reply import SMALL_ANSWER, NoReply, Reply
from renders.providers.http.trouble import Cancelled, CutOff, OutOfTime
from renders.providers.http.waits import retry_after

__all__ = [
    "BY_STATUS",
    "RENDER_SERVICES",
    "SMALL_ANSWER",
    "Ask",
    "Cancelled",
    "Client",
    "CutOff",
    "Exchange",
    "NoReply",
    "OutOfTime",
    "Reply",
    "Row",
    "download",
    "gateway_error",
    "object_of",
    "read_error",
    "read_words",
    "retry_after",
    "unusable",
]
