"""Which language a text is in, as far as that tells whether there is a list of words for it."""

import pytest

from talekeep.core.text.languages import unlisted_language

UNLISTED = {
    "Italian": "Il faro non è lontano e la luce si vede per tutta la notte, ma nessuno ci va.",
    "Dutch": "De lamp brandt en het licht is van ver te zien, maar ik ga niet naar de boot.",
    "Polish": "Latarnia nie jest daleko i światło na wodzie widać w nocy, ale nikt się do niej nie zbliża.",
    "Turkish": "Fener uzak değil ve ışık gece boyunca görünür ama ben bir daha oraya gitmem, çok soğuk.",
    "Vietnamese": "Ngọn đèn không xa và ánh sáng của nó được thấy trong đêm, những người đi biển có một chỗ.",
    "Swedish": "Fyren är inte långt bort och ljuset syns på natten, men jag går inte med båten.",
    "Danish or Norwegian": "Fyret er ikke langt væk og lyset ses om natten, men jeg går ikke dit med båd.",
    "Indonesian or Malay": "Mercusuar itu tidak jauh dan cahaya dari sana akan terlihat untuk saya.",
    "Czech": "Maják není daleko a světlo se na vodě v noci leskne, ale já jsem tam nešel, tak to je.",
    "Hungarian": "A világítótorony nem messze van, és a fény éjjel is látszik, de én nem megyek, ha fúj.",
    "Romanian": "Farul nu este departe și lumina se vede pe apă, dar eu nu mai merg la el, că este frig.",
    "Finnish": "Majakka ei ole kaukana ja valo näkyy yöllä, mutta minä en mene sinne, se on niin kylmä.",
    "Hebrew": "המגדלור לא רחוק והאור נראה כל הלילה.",
    "Greek": "Ο φάρος δεν είναι μακριά και το φως φαίνεται όλη τη νύχτα.",
    "Hindi": "प्रकाशस्तंभ दूर नहीं है और रोशनी रात भर दिखती है।",
    "Thai": "ประภาคารอยู่ไม่ไกลและมองเห็นแสงไฟตลอดคืน",
    "Ukrainian": "Маяк недалеко, і його світло видно всю ніч, але ніхто туди не їде.",
    "Persian": "فانوس دریایی دور نیست و نورش همه شب پیداست، چه کسی می‌رود؟",
}
LISTED = [
    "Give an example of a job that a computer can do better than a human being.",
    "Determine whether a given string is a palindrome or not.",
    "Suggest five exercises I can do to improve my physical health.",
    "How do these elements interact to form water?",
    "Can emotions have an impact on physical health?",
    "Compose a dramatic monologue in which a superhero confesses a secret to a loved one.",
    "thanks give me a tee-up email about this to send out",
    "Apple stock: 1,000 shares @ $200 per share\nGoogle stock: 500 shares @ $100 per share",
    "Der Leuchtturm ist nicht weit, und das Licht sieht man auf dem Meer die ganze Nacht.",
    "Le phare n'est pas loin et on voit sa lumière sur la mer toute la nuit, dans le froid.",
    "El faro no está lejos y la luz se ve por la noche en el mar, con su niebla.",
    "O farol não é longe e a luz se vê à noite no mar, com uma névoa para os barcos.",
    "Маяк недалеко, и свет виден всю ночь.",
    "灯塔不远，整夜都能看见灯光。",
    "灯台は遠くない。光は一晩中見える。",
    "등대는 멀지 않고 빛은 밤새 보인다.",
    "المنارة ليست بعيدة والضوء يرى طوال الليل.",
    "",
]


@pytest.mark.parametrize("language", UNLISTED)
def test_a_language_without_lists_is_named(language: str) -> None:
    assert unlisted_language(UNLISTED[language]) == language


@pytest.mark.parametrize("text", LISTED)
def test_a_language_with_lists_is_not_taken_for_another(text: str) -> None:
    assert unlisted_language(text) is None
