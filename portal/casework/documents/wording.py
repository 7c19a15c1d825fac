"""What is said of a document: why it is not taken and what to do next, and where it stands."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.documents.enums import Refusal
from portal.ground.dictionary.files import FileKind

REFUSALS: Mapping[Refusal, LazyString] = MappingProxyType(
    {
        Refusal.EMPTY: _l("Choisissez un fichier qui n’est pas vide, puis ajoutez-le."),
        Refusal.TOO_LARGE: _l(
            "Ce fichier dépasse 10 Mo. Envoyez une photo moins grande, ou découpez le document en plusieurs fichiers."
        ),
        Refusal.TYPE: _l(
            "Nous ne prenons pas ce type de fichier. Enregistrez le document en PDF, ou prenez-le en photo."
        ),
        Refusal.HEIC: _l(
            "Cette photo est au format HEIC, que nous ne lisons pas. Sur iPhone : Réglages, Appareil photo, Formats, "
            "« Le plus compatible », puis reprenez la photo. Ou faites une capture d’écran de la photo et envoyez-la."
        ),
        Refusal.ARCHIVE: _l(
            "Nous ne prenons pas les dossiers compressés. Ouvrez-le, puis envoyez les documents un par un."
        ),
        Refusal.MACROS: _l(
            "Ce document contient des macros, de petits programmes que nous ne prenons pas. Enregistrez-le en PDF, "
            "puis envoyez le PDF."
        ),
        Refusal.MISMATCH: _l(
            "Ce fichier ne contient pas ce que son nom annonce. Ouvrez-le sur votre appareil, enregistrez-le en PDF ou "
            "en JPEG, puis envoyez cette copie."
        ),
        Refusal.UNREADABLE: _l(
            "Nous n’avons pas pu lire ce fichier : il est peut-être abîmé. Ouvrez-le sur votre appareil, "
            "enregistrez-le de nouveau, ou prenez le document en photo."
        ),
        Refusal.IMAGE_TOO_LARGE: _l(
            "Cette image a trop de points : 40 millions au plus. Reprenez la photo avec une définition plus basse, ou "
            "envoyez une capture d’écran."
        ),
        Refusal.PASSWORD: _l(
            "Ce document est protégé par un mot de passe. Ouvrez-le, choisissez Imprimer, puis « Enregistrer au format "
            "PDF », et envoyez cette copie."
        ),
        Refusal.ACTIVE: _l(
            "Ce document contient des parties qui s’exécutent ou vont chercher des données ailleurs. Ouvrez-le, "
            "choisissez Imprimer, puis « Enregistrer au format PDF », et envoyez cette copie."
        ),
        Refusal.ATTACHMENTS: _l(
            "Ce document contient d’autres fichiers. Envoyez-les un par un, ou imprimez le document en PDF et envoyez "
            "cette copie."
        ),
        Refusal.TOO_MANY_PAGES: _l("Ce document dépasse 200 pages. Envoyez seulement les pages utiles."),
        Refusal.TOO_COMPLEX: _l(
            "Ce fichier est trop lourd une fois ouvert. Imprimez le document en PDF, ou prenez-le en photo, et envoyez "
            "cette copie."
        ),
        Refusal.INFECTED: _l(
            "L’antivirus a trouvé un programme dangereux dans ce fichier : nous ne l’avons pas gardé. Faites examiner "
            "votre appareil, puis envoyez une photo ou un scan du document papier."
        ),
    }
)
KINDS: Mapping[FileKind, LazyString] = MappingProxyType(
    {
        FileKind.PDF: _l("PDF"),
        FileKind.JPEG: _l("photo JPEG"),
        FileKind.PNG: _l("image PNG"),
        FileKind.DOCX: _l("texte Word (docx)"),
        FileKind.ODT: _l("texte LibreOffice (odt)"),
    }
)
