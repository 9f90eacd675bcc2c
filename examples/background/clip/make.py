"""Makes vtest.mjpeg of OpenCV's vtest.avi: python make.py vtest.avi vtest.mjpeg

Every fourth of the first 560 frames, reduced from 768x576 to 320x240, as JPEG pictures one after the other.
"""
import sys, cv2

video, pictures = cv2.VideoCapture(sys.argv[1]), []
for i in range(560):
    frame = video.read()[1]
    if i % 4 == 0:
        small = cv2.resize(frame, (320, 240), interpolation=cv2.INTER_AREA)
        pictures.append(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 68])[1].tobytes())
with open(sys.argv[2], "wb") as file:
    file.write(b"".join(pictures))
