"""What people who do not write English call the columns of their logs, by canonical name: German, French, Spanish.

In small letters without accents, as `words` returns them; umlauts in both spellings.
"""

from __future__ import annotations

MEANS_ABROAD = {
    "interaction_id": (
        "anfrage_id anfragenummer vorgang_id vorgangsnummer nachricht_id nachrichten_id "
        "id_requete id_demande id_message id_solicitud id_consulta id_mensaje"
    ),
    "timestamp": (
        "zeitstempel zeitpunkt erstellt_am erstellt datum_uhrzeit horodatage date_heure cree_le "
        "marca_de_tiempo marca_temporal fecha_hora fecha_y_hora creado_en creado"
    ),
    "service": "dienst anwendung servicio aplicacion",
    "release": "versionsnummer freigabe numero_de_version version_del_bot",
    "model": "modell sprachmodell modele modelo",
    "prompt": (
        "frage anfrage eingabe nutzerfrage benutzerfrage kundenfrage nutzereingabe benutzereingabe fragetext "
        "requete demande entree pregunta consulta solicitud entrada"
    ),
    "response": (
        "antwort ausgabe antworttext botantwort modellantwort reponse sortie texte_reponse respuesta salida "
        "contestacion"
    ),
    "context": "kontext dokumente quellen fundstellen textstellen contexte contexto documentos fuentes",
    "reference": (
        "musterantwort referenz referenzantwort sollantwort erwartete_antwort reponse_attendue "
        "respuesta_esperada referencia"
    ),
    "input_tokens": "eingabe_tokens eingabetokens tokens_eingabe jetons_entree tokens_entree tokens_entrada",
    "output_tokens": "ausgabe_tokens ausgabetokens tokens_ausgabe jetons_sortie tokens_sortie tokens_salida",
    "latency_ms": (
        "dauer dauer_ms dauer_s dauer_sekunden latenz latenz_ms antwortzeit antwortzeit_ms laufzeit duree duree_ms "
        "latence temps_reponse temps_de_reponse duracion duracion_ms latencia tiempo_respuesta tiempo_de_respuesta"
    ),
    "cost_usd": "kosten kosten_usd cout cout_usd coste costo coste_usd costo_usd",
    "feedback": "bewertung nutzerbewertung ruckmeldung rueckmeldung daumen avis valoracion",
    "error": "fehler fehlermeldung fehlertext erreur message_erreur mensaje_error mensaje_de_error",
    "segment": "thema sprache kategorie mandant sujet langue categorie tema idioma categoria",
    "session_id": (
        "sitzung sitzung_id sitzungs_id sitzungsnummer gesprach gesprach_id gesprachs_id gespraech gespraech_id "
        "gespraechs_id unterhaltung id_session sesion sesion_id id_sesion conversacion"
    ),
}
"""What means it and nothing else."""

MAY_MEAN_ABROAD = {
    "interaction_id": "kennung nummer identifiant identificador",
    "timestamp": "zeit datum uhrzeit heure fecha hora",
    "service": "produkt projekt produit projet producto proyecto",
    "release": "stand ausfuhrung",
    "prompt": "nachricht invite mensaje",
    "response": "ergebnis resultat resultado",
    "cost_usd": "preis prix precio",
    "feedback": "note evaluation retour opinion",
    "segment": "bereich",
    "session_id": "nutzer nutzer_id benutzer utilisateur usuario kunde client cliente",
}
"""What may mean it."""
